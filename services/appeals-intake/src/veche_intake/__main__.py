"""``python -m veche_intake`` serves appeals-intake until it is told to stop."""

from veche_intake.bootstrap import SERVICE, build
from veche_intake.settings import Settings
from veche_shared.http.server import run

if __name__ == "__main__":
    run(SERVICE, Settings, build)

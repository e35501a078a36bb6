"""Appeals-intake: takes appeals and votes as they arrive, stores each once, numbers and announces it."""

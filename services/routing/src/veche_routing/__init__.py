"""From an appeal to the department that must act: territory, topic, responsibility, deadline, case."""

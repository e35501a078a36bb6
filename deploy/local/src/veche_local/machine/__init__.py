"""Checks of the machine: platform, programs, ports, disk."""

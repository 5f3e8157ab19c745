"""What one task takes from a container instance: CPU, memory, host ports and a network interface."""

from studyapp.simulators.reservation.family import FAMILIES
from studyapp.simulators.reservation.taking import Container, Port, Step, Taken, take

__all__ = ["FAMILIES", "Container", "Port", "Step", "Taken", "take"]

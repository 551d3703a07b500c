"""The radio network round one modem: registration, APN policy, addresses, what sleep costs. Begin with cell.py."""

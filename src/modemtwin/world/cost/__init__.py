"""What the conversation of a journal cost on the air: bytes, time and energy. Begin with cost.py and air.py."""

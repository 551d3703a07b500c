"""What went into a modem and what came out: kept, without its secrets, and played again. Begin with journal.py."""

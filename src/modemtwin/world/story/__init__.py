"""What became of each message, told from a journal in sentences with times. Begin with story.py and narrator.py."""

"""Dialogues of TE, modem and network as text: its format, and those that ship. Begin with transcript.py."""

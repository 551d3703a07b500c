"""What a station is made of and what happens to it, out of TOML. Begin with scenario.py and keys.py."""

"""CoAP peers that say what a text says, in lockstep with whoever talks to them. Begin with script.py and peer.py."""

"""Captures: what happened on the UART and on the bearer, for Wireshark."""

"""Who sits at the other end of the UART, and the wire between, on which bytes take their time. Begin with te.py."""

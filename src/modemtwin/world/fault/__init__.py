"""What goes wrong on purpose: values, the table that checks them, and a layer. Begin with fault.py and layer.py."""

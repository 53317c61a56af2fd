"""The table of our own interface: every operation of the control plane, once, with its input and output.

Routes, checks, the OpenAPI document and the client's calls follow from it. No server code is loaded by it.
"""

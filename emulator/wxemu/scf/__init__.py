"""Party: SCF. The project's files, the functions deployed for each tenant, and the Python runtime that runs them."""

"""Files and large values, kept once each under the hash of their content."""

"""The judge: a trusted process outside the jail that runs test cells against a remote subject."""

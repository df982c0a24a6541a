"""The course on convolutional networks: checks by topic, reference networks, gates, data sets and figures."""

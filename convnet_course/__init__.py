"""The course on convolutional networks: its checks by topic, reference networks, gates, data sets and figures."""

"""Leaves out the second hidden layer."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = 417_746
two_conv_parameters = 105_194
deep_mlp_parameters = 407_050
deep_cnn_parameters = 1_797_642

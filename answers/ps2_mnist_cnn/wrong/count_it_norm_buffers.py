"""Counts the running statistics too."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = 417_746
two_conv_parameters = 105_194
deep_mlp_parameters = 669_706
deep_cnn_parameters = 1_799_498

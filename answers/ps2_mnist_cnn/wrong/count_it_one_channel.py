"""Lets each filter span one channel only."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = 417_746
two_conv_parameters = 102_394
deep_mlp_parameters = 669_706
deep_cnn_parameters = 1_743_498

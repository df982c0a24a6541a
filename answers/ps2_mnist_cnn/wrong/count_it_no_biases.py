"""Leaves out all biases."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = 417_152
two_conv_parameters = 105_032
deep_mlp_parameters = 668_672
deep_cnn_parameters = 1_796_704

"""Works out the maps without the padding."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = 417_746
two_conv_parameters = 37_610
deep_mlp_parameters = 669_706
deep_cnn_parameters = 1_797_642

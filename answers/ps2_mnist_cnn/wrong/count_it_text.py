"""Writes the numbers as text."""
# loses: count-it-hidden
# %% count-it
mlp_parameters = "417,746"
two_conv_parameters = "105,194"
deep_mlp_parameters = "669,706"
deep_cnn_parameters = "1,797,642"

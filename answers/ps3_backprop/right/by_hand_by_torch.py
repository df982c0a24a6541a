"""Lets autograd do the sums."""

# %% by-hand
W = torch.tensor([[0.5, 1.0], [1.0, -1.0]], dtype=torch.float64, requires_grad=True)
x_0 = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
w_0 = torch.tensor([2.0, 1.0], dtype=torch.float64, requires_grad=True)
z_0 = W @ x_0 + torch.tensor([0.5, 0.0], dtype=torch.float64)
a_0 = torch.where(z_0 > 0, z_0, 0.1 * z_0)
s_0 = w_0 @ a_0
loss_0 = (s_0 - 2.3) ** 2 / 2
d_s, d_w, d_a, d_z, d_x, d_matrix = (g.tolist() for g in torch.autograd.grad(loss_0, (s_0, w_0, a_0, z_0, x_0, W)))
z, a, s, loss = z_0.tolist(), a_0.tolist(), s_0.item(), loss_0.item()

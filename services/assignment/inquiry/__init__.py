"""What units ask of the Office (Đ8.1.d, Đ9.1, Đ13), and the regulation that each must have (Đ11.2)."""

"""Looks everywhere for the words of secret documents (Đ5, Đ6.2, D14): refused at the door, purged, restored from a backup."""

"""The platform's main job on real input, through the public doors."""

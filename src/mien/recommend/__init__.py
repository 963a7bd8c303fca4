"""The right next song: from an emotion to wanted moods (`policy`), and from those to songs (`rank`)."""

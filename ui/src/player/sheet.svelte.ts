/** Whether the list of keyboard shortcuts is shown. */
export const sheet = $state({ open: false });

/** What the song's card shows: why this song, its words, the moods to correct its own by. */
export const card = $state({ why: false, lyrics: false, labelling: false });

/** Whether the list of keyboard shortcuts is shown. */
export const sheet = $state({ open: false });

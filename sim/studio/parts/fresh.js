/** Whether what is found is not older than what is known: what happens and what is answered go different ways. */
const fresh = (found, had) => !had || !(found.as_of < had.as_of);

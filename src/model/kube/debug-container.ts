/** How the names of the ephemeral containers begin that `--debug-container` adds. */
export const DEBUG_CONTAINER = 'meshctl-debug-'

// Loaded before the program that is measured: when it ends, its peak resident memory (KiB) goes to file descriptor 3.
const {writeSync} = require('node:fs')

process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)))

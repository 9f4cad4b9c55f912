// Loaded before the program that is measured: when it ends, its peak resident memory (KiB) and its CPU time (ms) go to file descriptor 3.
import {writeSync} from 'node:fs'

process.on('exit', () => {
  const {maxRSS, userCPUTime, systemCPUTime} = process.resourceUsage()
  writeSync(3, `${maxRSS} ${(userCPUTime + systemCPUTime) / 1000}`)
})

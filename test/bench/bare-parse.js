// What any program must do at least: read the file and parse it.
import {readFileSync} from 'node:fs'

const dump = JSON.parse(readFileSync(process.argv[2], 'utf8'))
process.stdout.write(`${dump.configs.length}\n`)

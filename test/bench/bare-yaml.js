// What any program must do at least that tells lines: parse the documents with the library, positions on.
import {readFileSync} from 'node:fs'
import {LineCounter, parseAllDocuments} from 'yaml'

const lineCounter = new LineCounter()
const documents = parseAllDocuments(readFileSync(process.argv[2], 'utf8'), {lineCounter})
process.stdout.write(`${documents.filter(each => each.toJS() !== null).length}\n`)

import {methodFor} from '../admin-method.js'

/** Run by a child node inside a namespace: it asks for a local page and copies it out; a status other than 200 is exit code 22. */
const FETCH = `
const [port, path, method] = process.argv.slice(1)
const request = require('node:http').request({host: '127.0.0.1', port, path: '/' + path, method, timeout: 10000}, answer => {
  if (answer.statusCode !== 200) { console.error('HTTP ' + answer.statusCode); process.exitCode = 22 }
  answer.pipe(process.stdout)
})
request.on('timeout', () => request.destroy(new Error('no answer within 10 s')))
request.on('error', error => { console.error(error.message); process.exitCode = 7 })
request.end()
`

/** The command that reads a page of a port on loopback, with the node that runs meshctl; it needs no tool inside the namespace. */
export function fetchCommand(port: number, path: string): readonly string[] {
  return [process.execPath, '-e', FETCH, String(port), path, methodFor(path)]
}

// A fleet of copied pods behind the served API, in a process of its own: `node test/bench/serve-fleet.js PODS ISTIODS` prints the path of its kubeconfig, and serves until it is interrupted.
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {fleet, parts} from './served-fleet.js'

const [pods, istiods] = process.argv.slice(2).map(Number)
const work = mkdtempSync(join(tmpdir(), 'meshctl-fleet-'))
const lib = await import(pathToFileURL(await parts(work)).href)
rmSync(work, {recursive: true, force: true})
const server = await lib.startApiServer(await fleet(lib, pods, undefined, istiods))
const kubeconfig = await lib.writeKubeconfig(server)

async function stop() {
  await server.close()
  await kubeconfig.remove()
  process.exit()
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
process.stdout.write(`${kubeconfig.path}\n`)

import {spawn, spawnSync} from 'node:child_process'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type KubeconfigFile, writeKubeconfig} from '../../src/kubeapi/kubeconfig.js'
import {type ApiServerHandle, startApiServer} from '../../src/kubeapi/server.js'
import {jsonpathText} from '../../src/terminal/jsonpath/print.js'
import {corpusShare} from '../support/oracle-size.js'
import {sampleSource} from '../support/served.js'
import {skipUnless} from '../support/skip-unless.js'

const present = spawnSync('kubectl', ['version', '--client'], {encoding: 'utf8'}).status === 0
const {describe: withKubectl} = skipUnless(present, 'kubectl on PATH')

let server: ApiServerHandle
let kubeconfig: KubeconfigFile

beforeAll(async () => {
  server = await startApiServer(await sampleSource())
  kubeconfig = await writeKubeconfig(server)
})
afterAll(async () => {
  await server.close()
  await kubeconfig.remove()
})

function kubectl(kind: string, form: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      KUBECONFIG: kubeconfig.path,
      KUBECACHEDIR: kubeconfig.cacheFolder,
    }
    const child = spawn('kubectl', ['get', kind, '-n', 'demo', '-o', form], {env, timeout: 25_000})
    const out: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.once('error', reject)
    child.once('close', () => resolve(Buffer.concat(out).toString('utf8')))
  })
}

const known = new Map<string, Promise<string>>()

/** The objects of a kind as kubectl has them, asked for once. */
function objectsOf(kind: string): Promise<string> {
  const found = known.get(kind) ?? kubectl(kind, 'json')
  known.set(kind, found)
  return found
}

/** Templates people use, by the kind they are asked of. */
const TEMPLATES: readonly (readonly [string, string])[] = [
  ['pods', '{.items[*].metadata.name}'],
  ['pods', '{.items[0].metadata.name}'],
  ['pods', '{.items[-1:].metadata.name}'],
  ['pods', '{.items[1:3].metadata.name}'],
  ['pods', '{.items[0:6:2].metadata.name}'],
  ['pods', '{range .items[*]}{.metadata.name}{"\\t"}{.status.podIP}{"\\n"}{end}'],
  ['pods', '{range .items[*]}{.metadata.name}: {range .spec.containers[*]}{.name} {end}{"\\n"}{end}'],
  ['pods', '{.items[?(@.status.phase=="Running")].metadata.name}'],
  ['pods', '{.items[?(@.status.phase!="Running")].metadata.name}'],
  ['pods', "{.items[?(@.metadata.labels.app=='reviews')].metadata.name}"],
  ['pods', '{.items[?(@.metadata.labels.version)].metadata.labels.version}'],
  ['pods', '{.items[*].spec.containers[?(@.name=="istio-proxy")].image}'],
  ['pods', '{.items[*].spec.containers[0].ports[*].containerPort}'],
  ['pods', '{.items[*].status.containerStatuses[?(@.restartCount>0)].name}'],
  ['pods', '{.items[*].status.containerStatuses[?(@.ready==true)].name}'],
  ['pods', '{.items[*].status.conditions[?(@.type=="Ready")].status}'],
  ['pods', '{.items[0].metadata.annotations.sidecar\\.istio\\.io/status}'],
  ['pods', "{.items[0].metadata.annotations['sidecar\\.istio\\.io/status']}"],
  ['pods', "{.items[0]['metadata.name', 'status.podIP']}"],
  ['pods', "{.items[0].metadata['name','namespace']}"],
  ['pods', '{.items[0].spec.containers[0]}'],
  ['pods', '{.items[0].metadata.labels}'],
  ['pods', '{..podIP}'],
  ['pods', '{.items[*].spec.containers[0].ports..containerPort}'],
  ['pods', '{.kind} {.apiVersion} of {.items[0].kind}'],
  ['pods', '{.items[*].missing}{.nothing}'],
  ['pods', '{.items[?(@.spec.nodeName=="nowhere")].metadata.name}'],
  ['pods', '{$.items[0].metadata.name} {@.kind}'],
  ['services', '{range .items[*]}{.metadata.name}{"="}{.spec.ports[*].port}{"\\n"}{end}'],
  ['services', '{.items[*].spec.ports[?(@.port>=9090)].name}'],
  ['services', '{range .items[?(@.spec.clusterIP!="None")]}{.metadata.name},{.spec.clusterIP};{end}'],
  ['services', '{.items[*].spec.ports[0].targetPort}'],
  ['deployments', '{range .items[*]}{.metadata.name} {.spec.replicas}/{.status.readyReplicas}{"\\n"}{end}'],
  ['deployments', '{.items[?(@.spec.replicas==1)].metadata.name}'],
]

/** Compares what a share of the templates print with what kubectl prints, over the sample. */
export function jsonpathPrintsAsKubectl(share: number): void {
  withKubectl('-o jsonpath as kubectl prints it, over the sample', () => {
    test.each(corpusShare('JSONPATH', TEMPLATES, share))('%s %s', async (kind, template) => {
      const [data, expected] = await Promise.all([objectsOf(kind), kubectl(kind, `jsonpath=${template}`)])
      expect(jsonpathText(template, JSON.parse(data))).toBe(expected)
    })
  })
}

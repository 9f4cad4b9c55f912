import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {stringify} from 'yaml'
import {CONFIG_RULES} from '../../src/rules/config/registry.js'
import {openFiles} from '../../src/sources/open.js'
import {analyzed} from '../support/analyzed.js'
import {randomMesh} from '../support/random-mesh/mesh.js'

/** What Istio's analyzers report of random meshes, by seed: `CODE Kind namespace/name`, each once (Istio 1.32 before its release). */
export const RECORDED: ReadonlyMap<number, readonly string[]> = new Map(
  Object.entries(
    JSON.parse(gunzipSync(readFileSync('test/fixtures/random-meshes.json.gz')).toString('utf8')) as Record<
      string,
      string[]
    >,
  ).map(([seed, all]) => [Number(seed), all]),
)

/** Codes that are not compared, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  IST0136: 'no analyzer of this release reports it',
  IST0173:
    'only what the host itself leads to counts for a subset, and endpoints of a ServiceEntry count too; Istio asks the pods of every namespace',
}

/** Two codes for one fault: which of them is said depends on the order in which EnvoyFilters are read. */
const ONE_FAULT = ['IST0151', 'IST0155']

/** The reports as they are compared: a Deployment and its pod with one fault are reported once, at the Deployment. */
export function comparable(all: readonly string[]): readonly string[] {
  const given = new Set(all)
  const kept = [...given].flatMap(each => {
    const [code = '', kind, name] = each.split(' ')
    if (Object.hasOwn(LEFT_OUT, code)) return []
    if (kind === 'Pod' && given.has(`${code} Deployment ${name}`)) return []
    return [ONE_FAULT.includes(code) ? `${ONE_FAULT.join('/')} ${kind} ${name}` : each]
  })
  return [...new Set(kept)].sort()
}

/** What `analyze` reports of a random mesh, written to a file in the folder, in the codes of Istio. */
export async function reportedOf(seed: number, folder: string): Promise<readonly string[]> {
  const codes = new Map(CONFIG_RULES.map(({code, aliases}) => [code, aliases[0]]))
  const file = join(folder, `${seed}.yaml`)
  writeFileSync(
    file,
    randomMesh(seed)
      .map(each => stringify(each))
      .join('---\n'),
  )
  const {listed} = await analyzed([{source: await openFiles([file])}])
  return listed.flatMap(({finding: {code, object}}) => {
    const istio = codes.get(code)
    const full = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`
    return istio === undefined ? [] : [`${istio} ${object.kind} ${full}`]
  })
}

/** The meshes of the seeds where `analyze` and the recorded reports differ, with what is missing (-) and what is too much (+). */
export async function differences(seeds: readonly number[], folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const seed of seeds) {
    const wanted = comparable(RECORDED.get(seed) ?? [])
    const given = comparable(await reportedOf(seed, folder))
    const missing = wanted.filter(each => !given.includes(each)).map(each => `${seed} - ${each}`)
    found.push(...missing, ...given.filter(each => !wanted.includes(each)).map(each => `${seed} + ${each}`))
  }
  return found
}

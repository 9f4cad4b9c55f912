import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseAllDocuments} from 'yaml'
import {readAuthorization} from '../../src/formats/istio/authorization.js'
import type {Authorization} from '../../src/model/istio/authorization.js'
import {SHARED} from './shared-data.js'

/** AuthorizationPolicies and the filters istiod made of them. */
export interface AuthzCase {
  readonly name: string
  readonly tcp: boolean
  readonly policies: readonly Authorization[]
  readonly filters: readonly unknown[]
  readonly peerByFilterState: boolean
  readonly trustDomains: readonly string[]
}

/** The trust domains istiod's own tests gave their mesh, by the name of the case. */
const TRUST_DOMAINS: Readonly<Record<string, readonly string[]>> = {
  'simple-policy-td-aliases': ['td1', 'cluster.local'],
  'simple-policy-multiple-td-aliases': ['td1', 'cluster.local', 'some-td'],
  'simple-policy-principal-with-wildcard': ['td1', 'foobar'],
  'td-aliases-source-principal': ['new-td', 'old-td', 'some-trustdomain'],
}

function documents(path: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map(each => each.toJS() as unknown)
    .filter(each => each !== null)
}

/** Where the policies of a case are, which is not always a file of its own name. */
function inputOf(name: string): string {
  if (name.startsWith('custom-bad-multiple')) return 'custom-bad-multiple-providers-in.yaml'
  if (name === 'custom-both-http-tcp') return `${name}-in.yaml`
  return name.startsWith('custom-') ? 'custom-simple-http-in.yaml' : `${name}-in.yaml`
}

/** Every case of the recordings; written for an istiod before 1.11, one speaks of hosts in another way and is left out. */
export function authzCases(): readonly AuthzCase[] {
  if (!existsSync(join(SHARED, 'authz'))) return []
  return ['http', 'tcp'].flatMap(kind => {
    const folder = join(SHARED, 'authz', kind)
    const outs = new Map<string, string[]>()
    for (const file of readdirSync(folder).sort()) {
      const name = /^(.*)-out\d?\.yaml$/.exec(file)?.[1]
      if (name !== undefined && name !== 'allow-host-before-111') outs.set(name, [...(outs.get(name) ?? []), file])
    }
    return [...outs].map(([full, files]): AuthzCase => {
      const name = full.replace(/^extended-/, '')
      const texts = files.map(file => join(folder, file))
      return {
        name: `${kind}/${full}`,
        tcp: kind === 'tcp',
        policies: documents(join(folder, inputOf(name))).map(each => readAuthorization(each as never)),
        filters: texts.flatMap(documents),
        peerByFilterState: texts.some(each => readFileSync(each, 'utf8').includes('io.istio.peer_principal')),
        trustDomains: TRUST_DOMAINS[name] ?? ['cluster.local'],
      }
    })
  })
}

import {parseAllDocuments} from 'yaml'
import {readConfigObject} from '../../src/formats/istio-config/config-object.js'
import {readMeshConfig} from '../../src/formats/istio-config/mesh-config.js'
import type {KubeObject} from '../../src/model/kube-object.js'
import {evaluateConfig, findingOf} from '../../src/reports/analyze/evaluate.js'
import type {ConfigRule} from '../../src/rules/config/config-rule.js'
import {configSet} from '../../src/rules/config/config-set.js'

/** What a finding must be; omitted fields do not matter, and `message` is a part of it. */
export interface WantedFinding {
  /** `Kind namespace/name`. */
  readonly object: string
  readonly message?: string
  readonly path?: string
  readonly severity?: string
}

/** A case beside a rule about the configuration: documents, mesh configuration, and what the rule says of them. */
export interface ConfigCase {
  readonly name: string
  readonly objects: string
  readonly mesh?: string
  readonly expect: 'silent' | 'not-evaluated' | readonly WantedFinding[]
}

const AT = new Date('2026-11-20T19:00:00Z')

/** What the rule said in the case, in the words of `expect`; a finding that differs is shown as it was. */
export function configOutcome(rule: ConfigRule, {objects, mesh, expect: wanted}: ConfigCase): unknown {
  const read = parseAllDocuments(objects).map(each => readConfigObject(each.toJS() as KubeObject, 'default'))
  const settings = readMeshConfig(mesh ?? '', 'istio-system', mesh === undefined ? undefined : 'mesh.yaml')
  if (settings === undefined) throw new Error('the mesh configuration is no YAML map')
  const set = configSet(read, {istioNamespace: 'istio-system', mesh: settings, at: AT})
  const input = {objects: read, complete: false, unreadable: new Map(), place: async () => undefined}
  const {findings, notChecked} = evaluateConfig(set, [rule], [input])
  if (findings.length === 0) return notChecked.length > 0 ? 'not-evaluated' : 'silent'
  return findings.map((each, index) => {
    const {object, message, path, severity} = findingOf(each)
    const {kind, namespace, name} = object
    const found: WantedFinding = {object: `${kind} ${namespace}/${name}`, message, path: path ?? '', severity}
    const expected = typeof wanted === 'string' ? undefined : wanted[index]
    if (expected === undefined) return found
    const same =
      found.object === expected.object &&
      message.includes(expected.message ?? '') &&
      (expected.path ?? path) === path &&
      (expected.severity ?? severity) === severity
    return same ? expected : found
  })
}

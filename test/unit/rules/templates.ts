import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {checkReport} from '../../../src/reports/check/report.js'
import {RULES} from '../../../src/rules/registry.js'
import type {MeshRule} from '../../../src/rules/rule.js'
import {withParameters} from '../../../src/rules/team-parameters.js'
import {corpusShare} from '../../support/oracle-size.js'
import {changedSource, type RuleCase, subjectOf} from '../../support/rule-case.js'
import {sampleSource} from '../../support/sample.js'
import {templateOf} from '../../support/template-of.js'

const SAMPLE = await sampleSource()

/** Arguments of istio-init without an annotation come from the mesh configuration; a default installation is assumed for manifests. */
const MESH_SETTING = /^\/spec\/initContainers\/0\/(args|env)/

/** Cases with a finding for the pod and none, or another one, for its manifest. */
const ONLY_THE_POD: Readonly<Record<string, string>> = {
  'proxy-uid: an ephemeral container': 'a manifest has none',
  'no-service: required up to 1.19': "the release is that of the pod's own sidecar",
  'image-auto: a pod created without injection': 'injection completes its manifest',
  'cni-agent-port: with the CNI plugin':
    'istio-validation shows the plugin; without it the values of the mesh say there is none',
  'http-port-carries-tls: an HTTPS probe': 'the original probe is in the environment of the sidecar',
  'http-port-carries-tls: one of two probes uses HTTPS': 'as above',
  'http-port-carries-tls: named https, probed with HTTP': 'as above',
  'http-port-carries-tls: ISTIO_MUTUAL': 'as above',
  'http-port-carries-tls: mesh configuration not captured': 'as above',
  'http-port-carries-tls: DestinationRules not captured': 'as above',
  'init-container-network: after istio-init': 'injection puts istio-init last',
  'init-container-network: nc waiting for a database': 'as above',
  'init-container-network: wget of a Service': 'as above',
  'init-container-network: curl in the arguments, without a scheme': 'as above',
  'init-container-network: a client of a database': 'as above',
  'init-container-network: another port is not captured': 'as above',
  'init-container-network: a bucket': 'as above',
  'init-container-network: a device of bash': 'as above',
  'init-container-network: a host in a variable of the container': 'as above',
  'init-container-network: a host in a variable the kubelet replaces': 'as above',
  'init-container-network: a host the script sets': 'as above',
  'init-container-network: a script that waits for a server': 'as above',
  'init-container-network: git clone': 'as above',
  'init-container-network: mongosh': 'as above',
  'init-container-network: nothing is known of what it runs, and it keeps failing': 'as above',
  'init-container-network: vault agent with its server in a variable': 'as above',
  'owner-groups: the CNI plugin ignores them': 'istio-validation shows the plugin, as above',
  'restricted-seccomp: a pod is checked by its own profile, not the injector settings': 'the next pod has a profile',
  'native-sidecar: requested, ordinary sidecar': 'the next pod may have it',
}

function firing(rule: MeshRule): readonly RuleCase[] {
  const path = `src/rules/${rule.slug}/cases.yaml`
  const cases = existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly RuleCase[]) : []
  return cases.filter(
    ({name, expect: wanted, change = []}) =>
      typeof wanted !== 'string' &&
      ONLY_THE_POD[`${rule.slug}: ${name}`] === undefined &&
      !change.some(({path}) => MESH_SETTING.test(path)),
  )
}

/** What the rule says of the manifest the pod of a case was made from; undefined when the case is about a manifest itself. */
async function ofTemplate(rule: MeshRule, given: RuleCase): Promise<string | undefined> {
  const source = await changedSource(SAMPLE, given)
  const template = templateOf(await subjectOf(await changedSource(SAMPLE, {...given, without: []}), given))
  if (template === undefined) return undefined
  const report = await checkReport(source, [template], {
    rules: withParameters([rule], given.set === undefined ? {} : {[rule.code]: given.set}, 'case'),
    failOn: 'info',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
  const [asked] = report.workloads
  if (asked === undefined) return 'not evaluated'
  if (asked.findings.length > 0) return 'found'
  if (asked.notChecked.length > 0) return 'not checked'
  return asked.passed > 0 ? 'passed' : 'not applicable'
}

/** Checks the manifests of the pods in which a share of the rules find something. */
export function manifestsDoNotPass(share: number): void {
  describe.each(
    corpusShare('TEMPLATES', RULES, share).map(rule => [`what ${rule.slug} finds in a pod`, rule] as const),
  )('%s does not pass in its manifest', (_name, rule) => {
    const cases = firing(rule)
    if (cases.length === 0) return
    test.each(cases.map(each => [each.name, each] as const))('%s', async (_case, given) => {
      expect(await ofTemplate(rule, given)).not.toBe('passed')
    })
  })
}

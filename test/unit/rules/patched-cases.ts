import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {parse} from 'yaml'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {patchText} from '../../../src/reports/check/forms/patches.js'
import type {CheckReport} from '../../../src/reports/check/report.js'
import {RULES} from '../../../src/rules/registry.js'
import {type FixedCase, fixedCase} from '../../support/fixed-case.js'
import {corpusShare} from '../../support/oracle-size.js'
import type {RuleCase} from '../../support/rule-case.js'
import {sampleSource} from '../../support/sample.js'
import {skipUnless} from '../../support/skip-unless.js'
import {tempFolder} from '../../support/temp-folder.js'

const SAMPLE = await sampleSource()
/** The rules that offer a patch. */
export const OFFERING = RULES.filter(({slug}) =>
  /\bpatch\b(?!-)/.test(readFileSync(`src/rules/${slug}/rule.ts`, 'utf8')),
)
const CASES = OFFERING.flatMap(rule => {
  const path = `src/rules/${rule.slug}/cases.yaml`
  const cases = existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly RuleCase[]) : []
  return cases.filter(({expect: wanted}) => typeof wanted !== 'string').map(given => ({rule, given}))
})
/** Their cases with a finding, and what became of the object with each patch. */
export const ALL: readonly {readonly name: string; readonly slug: string; readonly fixed: readonly FixedCase[]}[] =
  await Promise.all(
    CASES.map(async ({rule, given}) => ({
      name: `${rule.code} ${rule.slug}: ${given.name}`,
      slug: rule.slug,
      fixed: await fixedCase(SAMPLE, rule, given),
    })),
  )
/** Those with at least one patch. */
export const PATCHED = ALL.filter(({fixed}) => fixed.length > 0)

const kubectl = spawnSync('kubectl', ['version', '--client'], {encoding: 'utf8'}).status === 0
const {describe: withKubectl} = skipUnless(kubectl, 'kubectl on PATH')

/** An object without annotations that are empty: a map may go with its last entry. */
export function withoutEmpty(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      key === 'annotations' && typeof each === 'object' && Object.keys(each ?? {}).length === 0 ? undefined : each,
    ),
  )
}

/** Has kubectl apply the printed command of a share of the cases, and compares. */
export function patchedByKubectl(share: number): void {
  withKubectl('kubectl makes the same of the command that is printed', () => {
    const folder = tempFolder('patch')

    function local(object: KubeObject, rest: string): unknown {
      const path = join(folder, 'object.json')
      writeFileSync(path, JSON.stringify(object))
      const {stdout, stderr, status} = spawnSync('sh', ['-c', `kubectl patch --local -f ${path} -o json ${rest}`], {
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(stderr)
      return withoutEmpty(JSON.parse(stdout))
    }

    test.each(corpusShare('PATCHES', PATCHED, share).map(each => [each.name, each] as const))(
      '%s',
      (_name, {fixed}) => {
        for (const {finding, before, after} of fixed) {
          const workloads = [{workload: finding.workload, pods: [], findings: [finding], notChecked: [], passed: 0}]
          const text = patchText({origin: {kind: 'cluster', label: 'x'}, workloads} as unknown as CheckReport)
          const fixed = ['Pod', 'Job'].includes(finding.object.kind)
          const [, rest = ''] =
            (fixed ? /\n# (\{.*)\n$/ : /^kubectl patch \S+ \S+(?: -n \S+)? (--type=.*)$/m).exec(text) ?? []
          expect(rest).not.toBe('')
          const typed = (object: KubeObject) => local(object, "--type=merge -p '{}'")
          expect(local(before, fixed ? `--type=strategic -p '${rest}'` : rest)).toEqual(typed(after))
        }
      },
    )
  })
}

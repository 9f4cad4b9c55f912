import {Flags} from '@oclif/core'
import {selectorFlag} from '../src/cli/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {checkReport} from '../src/reports/check/report.js'
import {checkTargets} from '../src/reports/check/targets.js'
import {checkView} from '../src/reports/check/view.js'
import {pickRules} from '../src/rules/pick.js'
import {RULES} from '../src/rules/registry.js'

export default class Check extends MeshCommand {
  static override summary = 'Check pods, workloads, namespaces or manifests against every rule of the mesh'
  static override strict = false
  static override usage = 'check [POD...] [flags]'
  static override examples = [
    '<%= config.bin %> check deploy/sick-uid-v1 --from sample',
    '<%= config.bin %> check -n demo --from sample --only MCT1001,IST0143',
    '<%= config.bin %> check -f deployment.yaml -f service.yaml',
  ]
  static override flags = {
    file: Flags.string({
      char: 'f',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
      description: 'manifests to check (repeatable, - for standard input)',
    }),
    selector: selectorFlag,
    'all-namespaces': Flags.boolean({char: 'A', description: 'every namespace'}),
    only: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'only these rules: codes, slugs or IST codes, separated by commas',
    }),
    skip: Flags.string({multiple: true, multipleNonGreedy: true, description: 'all but these rules'}),
    'fail-on': Flags.option({
      options: ['error', 'warning', 'info'] as const,
      default: 'warning',
      description: 'exit with 1 from this severity on',
    })(),
    deep: Flags.boolean({
      allowNo: true,
      description: 'visit every pod for its sockets, logs and proxy (usual unless -A on a cluster)',
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Check)
    const names = argv.map(String)
    const rules = pickRules(RULES, flags.only, flags.skip)
    const target = {namespace: flags.namespace, selector: flags.selector, allNamespaces: flags['all-namespaces']}
    await this.withSource(flags, async source => {
      const objects = await checkTargets(source, names, target)
      const deep = flags.deep ?? (source.origin.kind !== 'cluster' || !flags['all-namespaces'])
      const options = {rules, failOn: flags['fail-on'], istioNamespace: flags.istioNamespace, deep, now: new Date()}
      await this.print(flags, await checkReport(source, objects, options), checkView)
    })
  }
}

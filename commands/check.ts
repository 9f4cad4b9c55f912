import {Flags} from '@oclif/core'
import {readBaseline, readCheckConfig} from '../src/cli/check-settings.js'
import {CHECK_NEEDS} from '../src/cli/command-needs.js'
import {addDebugContainers} from '../src/cli/debug-container.js'
import {debugFlags, repeatableFlag, selectorFlag} from '../src/cli/flags.js'
import {knownRules} from '../src/cli/known-rules.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {outputSpecs} from '../src/cli/outputs.js'
import {podCounter} from '../src/cli/progress-line.js'
import {finalizeReport, severitiesByCode} from '../src/reports/check/policy.js'
import {checkReport} from '../src/reports/check/report.js'
import {podListPages} from '../src/reports/check/targets/pod-list-pages.js'
import {checkView} from '../src/reports/check/view.js'
import {formsOf} from '../src/reports/view.js'
import {selectRules} from '../src/rules/select-rules.js'

export default class Check extends MeshCommand {
  static override summary = 'Check pods, workloads, namespaces or manifests for mesh problems'
  static override forms = formsOf(checkView)
  static override needs = CHECK_NEEDS
  static override strict = false
  static override usage = 'check [POD...] [flags]'
  static override examples = [
    'deploy/sick-uid-v1 --from sample',
    '-n demo --from sample --only MCT1001,IST0143',
    '-f deployment.yaml -f service.yaml -o sarif=check.sarif -o table',
    '-n demo --from sample -o baseline=accepted.yaml',
  ].map(rest => `<%= config.bin %> check ${rest}`)
  static override flags = {
    file: repeatableFlag('manifests to check: files, directories, - for standard input', 'f'),
    selector: selectorFlag,
    ...debugFlags,
    'all-namespaces': Flags.boolean({char: 'A', description: 'check every namespace'}),
    only: repeatableFlag('run only these rules: codes, names or IST codes, comma-separated'),
    skip: repeatableFlag('skip these rules'),
    'fail-on': Flags.option({
      options: ['error', 'warning', 'info'] as const,
      description: 'exit with 1 at this severity or above (default warning)',
    })(),
    baseline: Flags.string({helpValue: 'FILE', description: 'ignore findings listed in FILE until they expire'}),
    config: Flags.string({helpValue: 'FILE', description: 'team settings file (default .meshctl.yaml)'}),
    fix: Flags.boolean({description: 'print patches for findings that can be fixed automatically'}),
    shard: Flags.string({helpValue: 'I/N', description: 'check only part I of N of the workloads (I starts at 0)'}),
    deep: Flags.boolean({allowNo: true, description: 'inspect each pod (default; off with -A on a live cluster)'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Check)
    const names = argv.map(String)
    const specs = outputSpecs(flags.output, checkView, flags.fix)
    const config = await readCheckConfig(flags.config, process.cwd())
    const all = await knownRules(config)
    const rules = selectRules(all, flags.only ?? config.only, flags.skip ?? config.skip)
    const accepted = await readBaseline(flags.baseline ?? config.baseline)
    const target = {namespace: flags.namespace, selector: flags.selector, allNamespaces: flags['all-namespaces']}
    await this.withSource(flags, async source => {
      if (flags['debug-container']) await addDebugContainers(source, names, target, flags['debug-image'])
      const deep = flags.deep ?? (!source.traits.live || !flags['all-namespaces'])
      const failOn = flags['fail-on'] ?? config.failOn ?? 'warning'
      const {istioNamespace, 'all-namespaces': everywhere} = flags
      const options = {rules, failOn, istioNamespace, deep, everywhere, now: new Date(), version: this.config.version}
      const counter = podCounter(process.stderr, flags.calls)
      const pods = podListPages(source, names, target, flags.shard)
      const raw = await checkReport(source, pods, {...options, progress: counter.show}).finally(counter.clear)
      const severities = severitiesByCode(all, config.severities)
      const report = await finalizeReport(source, raw, {severities, accepted, at: options.now}, specs)
      await this.print(flags, report, checkView)
    })
  }
}

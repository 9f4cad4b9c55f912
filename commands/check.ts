import {CHECK_NEEDS} from '../src/cli/command-needs.js'
import {checkFlags} from '../src/cli/flags/check-flags.js'
import {checkSettings} from '../src/cli/flags/check-settings.js'
import {addDebugContainers} from '../src/cli/input/debug-container.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {outputSpecs} from '../src/cli/output/outputs.js'
import {podCounter} from '../src/cli/output/progress-line.js'
import {example} from '../src/cli/usage/example.js'
import {heldLists} from '../src/evidence/mesh-objects/list-objects.js'
import {formForRules, withConfiguration} from '../src/reports/analyze/with-configuration.js'
import {finalizeReport} from '../src/reports/check/policy.js'
import {checkReport} from '../src/reports/check/report.js'
import {podListPages} from '../src/reports/check/targets/pod-list-pages.js'
import {checkView} from '../src/reports/check/view.js'
import {formsOf} from '../src/reports/view.js'
import {withMachines} from '../src/sources/machines.js'

export default class Check extends MeshCommand {
  static override summary = 'Check pods, workloads, namespaces or manifests for mesh problems'
  static override forms = formsOf(checkView)
  static override needs = CHECK_NEEDS
  static override strict = false
  static override usage = 'check [POD...] [flags]'
  static override examples = [
    example('Check one workload', 'check deploy/sick-uid-v1 --from sample'),
    example('Check a namespace with two rules only', 'check -n demo --from sample --only MCT1001,IST0143'),
    example(
      'Check manifests before they are applied, and write SARIF for code review',
      'check -f deployment.yaml -f service.yaml -o sarif=check.sarif -o table',
    ),
    example(
      "Accept today's findings, so that only new ones count",
      'check -n demo --from sample -o baseline=accepted.yaml',
    ),
  ]
  static override flags = checkFlags

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Check)
    const names = argv.map(String)
    const specs = outputSpecs(flags.output, checkView, flags.fix)
    const {rules, configuration, failOn, policy} = await checkSettings(flags)
    const {namespace, selector, 'all-namespaces': everywhere, istioNamespace} = flags
    const target = {namespace, selector, allNamespaces: everywhere, configuration: configuration.length > 0}
    await this.withSource(flags, async given => {
      if (flags['debug-container']) await addDebugContainers(given, names, target, flags['debug-image'])
      const source = withMachines(configuration.length === 0 ? given : heldLists(given, formForRules(configuration)))
      const deep = flags.deep ?? (!source.traits.live || !everywhere)
      const shared = {rules, failOn, istioNamespace, deep, everywhere, shard: flags.shard}
      const options = {...shared, now: new Date(), version: this.config.version}
      const counter = podCounter(process.stderr, flags.calls)
      const pods = podListPages(source, names, target, flags.shard)
      const ofPods = await checkReport(source, pods, {...options, progress: counter.show}).finally(counter.clear)
      const raw = configuration.length === 0 ? ofPods : await withConfiguration(source, ofPods, configuration, options)
      const report = await finalizeReport(source, raw, {...policy, at: options.now}, specs)
      await this.print(flags, report, checkView)
    })
  }
}

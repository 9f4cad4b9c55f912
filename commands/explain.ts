import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {readCheckConfig} from '../src/cli/flags/check-settings.js'
import {currentFolder} from '../src/cli/input/current-folder.js'
import {explainedText} from '../src/cli/input/explained-text.js'
import {knownRules} from '../src/cli/input/known-rules.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {contentsReport, contentsView} from '../src/reports/explain/contents.js'
import {explainReport} from '../src/reports/explain/report.js'
import {explainView} from '../src/reports/explain/view.js'
import {formsOf} from '../src/reports/view.js'
import {ALL_RULES} from '../src/rules/all-rules.js'
import {CONFIG_RULES} from '../src/rules/config/registry.js'
import {findRules} from '../src/rules/select-rules.js'

function isKnown(word: string): boolean {
  return findRules(ALL_RULES, word).length > 0
}

export default class Explain extends MeshCommand {
  static override summary = 'Explain codes, ports, flags, terms and log lines of a mesh'
  static override description =
    "Explains rules (MCT1001), istioctl analyze codes (IST0101), ports, HTTP codes, Envoy's response flags and details, TLS errors, gRPC codes, cluster names, terms of old and new Istio releases, and log lines of Envoy, pilot-agent, istiod, istio-cni and ztunnel, access logs and events. With --from, it also traces the request of an access-log line through the configuration there. Without an argument it lists what can be explained."
  static override examples = [
    example('Explain a rule', 'explain MCT1001'),
    example('Explain a code of istioctl analyze', 'explain IST0143'),
    example('Explain a port', 'explain 15006'),
    example('Explain a response flag', 'explain UF'),
    example('Explain a status with its response flags', 'explain 503 UF,URX'),
    example('Explain a term', 'explain BlackHoleCluster'),
    example('Explain a log line', "explain 'Envoy proxy is NOT ready: config not received from XDS server'"),
    example('Explain the failures in an access log', 'explain -f access.log'),
    example('Explain them with the configuration of a bundle', 'explain -f access.log --from incident.tgz'),
  ]
  static override forms = formsOf(explainView)
  static override needs = NO_NEEDS
  static override strict = false
  static override args = {
    word: Args.string({
      ignoreStdin: true,
      description: 'code, port, flag, term, or a line of a log; several words at once; - reads standard input',
    }),
  }

  static override flags = {
    file: Flags.string({
      char: 'f',
      helpValue: 'FILE',
      description: 'explain the lines of this file (- for standard input)',
    }),
    config: Flags.string({
      helpValue: 'FILE',
      description: 'team settings file with custom rules (default .meshctl.yaml)',
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Explain)
    const text = await explainedText(argv.map(String), flags.file)
    if (text === undefined) {
      await this.print(flags, contentsReport(ALL_RULES), contentsView)
      return
    }
    const fromFile = flags.file !== undefined || argv[0] === '-'
    // Only an unknown code is looked up in the team's own rules.
    const own = flags.config !== undefined || (/^[a-z]{3}\d{4}$/i.test(text) && !isKnown(text))
    const config = own ? await readCheckConfig(flags.config, currentFolder()) : undefined
    const known = config === undefined ? undefined : [...(await knownRules(config)), ...CONFIG_RULES]
    const rules = () => known ?? ALL_RULES
    if (flags.from === undefined)
      return await this.print(flags, explainReport(rules, text, fromFile && !text.endsWith('\n')), explainView)
    await this.withSource({...flags, file: undefined}, async source => {
      const {explainedHere, explainedHereView} = await import('../src/reports/errors/explained.js')
      await this.print(flags, await explainedHere(rules, text, source, flags.istioNamespace), explainedHereView)
    })
  }
}

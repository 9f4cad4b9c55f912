import {checkView} from '../check/view.js'
import type {View} from '../view.js'
import {istioData, istioLog} from './istio-messages.js'
import type {AnalyzeReport} from './report.js'

/** Istioctl's lines and documents by default, and every other form that check writes. */
export const analyzeView: View<AnalyzeReport> = {
  ...checkView,
  usual: 'log',
  data: istioData,
  jsonIndent: 4,
  showsGaps: false,
  texts: {...checkView.texts, log: istioLog},
}

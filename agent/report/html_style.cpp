// The style sheet of the HTML report: dark on white, no colour that carries meaning alone, A4 for print.
#include <string_view>

#include "agent/report/html_parts.hpp"

namespace pued {

namespace {

constexpr std::string_view text_rules = R"css(
:root{--ink:#1b2430;--soft:#55606e;--rule:#c9d0d8;--pale:#f3f5f7;--a:#1f4e79;--b:#b45309;--c:#6b7280}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1020px;padding:32px 40px 64px;color:var(--ink);background:#fff;
 font:15px/1.55 "Noto Sans","Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","Segoe UI",Roboto,Helvetica,Arial,sans-serif}
h1{font-size:27px;line-height:1.25;margin:0 0 2px;letter-spacing:-.005em}
h2{font-size:19px;margin:38px 0 10px;padding-bottom:5px;border-bottom:2px solid var(--a);break-after:avoid}
h3{font-size:15.5px;margin:22px 0 6px;break-after:avoid}
p{margin:8px 0}
.soft,figcaption small,.note{color:var(--soft)}
.note{font-size:13px}
.kicker{font-size:13px;letter-spacing:.04em;color:var(--a);font-weight:600;margin:0 0 4px}
dl.facts{display:grid;grid-template-columns:max-content 1fr max-content 1fr;gap:3px 14px;margin:16px 0 0;font-size:13.5px}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
.hero{display:grid;grid-template-columns:minmax(250px,1fr) 2fr;gap:0 28px;border:1px solid var(--rule);border-left:6px solid var(--a);padding:18px 22px;margin:18px 0 6px;break-inside:avoid}
.hero .big{font-size:46px;line-height:1.1;font-weight:650;font-variant-numeric:tabular-nums}
.hero .words{font-size:27px;line-height:1.25;font-weight:600}
.hero .pm{font-size:19px;color:var(--soft);font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:12px 20px}
.tiles b{display:block;white-space:nowrap;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}
.tiles span{font-size:12.5px;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:13px;margin:10px 0;line-height:1.4}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--ink);padding:5px 8px 4px;vertical-align:bottom}
td{border-bottom:1px solid var(--rule);padding:5px 8px;vertical-align:top;overflow-wrap:anywhere}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
th.n{white-space:normal}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
th{word-break:keep-all}
.meters td:nth-child(1){min-width:6.6em}.meters td:nth-child(2){min-width:6.4em}
tr{break-inside:avoid}
thead{display:table-header-group}
)css";

constexpr std::string_view other_rules = R"css(
.verdicts tbody{break-inside:avoid}
.verdicts tbody tr:first-child td{border-bottom:0;padding-bottom:0}
.verdicts tbody tr.more td{color:var(--soft);font-size:12.5px;padding-top:2px;padding-bottom:9px}
.mark{display:inline-block;border:1.5px solid currentColor;border-radius:3px;padding:0 6px;font-weight:600;font-size:12.5px;white-space:nowrap}
.mark.yes{color:#14532d}.mark.no{color:#fff;background:#8f1d14;border-color:#8f1d14}.mark.open{color:#7a4a00;border-style:dashed}.mark.none{color:var(--soft);border-style:dotted}
figure{margin:20px 0 26px;break-inside:avoid}
figcaption{font-weight:600;margin-bottom:4px}
figure .note{margin:2px 0 0}
svg{display:block;width:100%;height:auto;font-size:12px;font-family:inherit}
svg text{fill:var(--ink)}svg .axis-name{fill:var(--soft)}svg .level-name{font-weight:600}
svg .node-name{font-weight:600}
.grid{stroke:#dfe4e9;stroke-width:1}.tick{stroke:#55606e;stroke-width:1}
.level{stroke:#1b2430;stroke-width:1.4;stroke-dasharray:7 4}
.line-a{fill:none;stroke:var(--a);stroke-width:1.7;stroke-linejoin:round}.line-b{fill:none;stroke:var(--b);stroke-width:1.5;stroke-linejoin:round}
.line-a-dot{fill:var(--a)}.line-b-dot{fill:var(--b)}
.cloud{fill:var(--a);fill-opacity:.28}.dot{fill:var(--a)}.ring{fill:none;stroke:var(--c);stroke-width:1.2}
.node-a{fill:var(--a)}.node-b{fill:var(--b)}.node-c{fill:var(--c)}
.flow-a{fill:var(--a);fill-opacity:.30}.flow-b{fill:var(--b);fill-opacity:.30}.flow-c{fill:var(--c);fill-opacity:.30}
pre{font:12px/1.45 ui-monospace,"Noto Sans Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;background:var(--pale);border:1px solid var(--rule);padding:9px 12px;margin:8px 0;white-space:pre-wrap;overflow-wrap:anywhere;break-inside:avoid}
code{font:.92em ui-monospace,"Noto Sans Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
ul{margin:8px 0;padding-left:20px}li{margin:2px 0;overflow-wrap:anywhere}
footer{margin-top:40px;border-top:1px solid var(--rule);padding-top:8px;font-size:12.5px;color:var(--soft)}
@media (max-width:700px){body{padding:18px}.hero,.tiles{grid-template-columns:1fr}dl.facts{grid-template-columns:max-content 1fr}.wide{overflow-x:auto}}
@page{size:A4;margin:15mm 14mm 17mm}
@media print{
 body{max-width:none;padding:0;font-size:10.2pt;line-height:1.45}
 h1{font-size:19pt}h2{font-size:13.5pt;margin-top:22px}h3{font-size:11pt}
 .hero{grid-template-columns:220px 1fr;padding:12px 16px}.hero .big{font-size:30pt}
 .tiles{gap:8px 14px}.tiles b{font-size:11.5pt}
 table{font-size:8.6pt}.verdicts tbody tr.more td,.note{font-size:8.4pt}
 th,td{padding-left:5px;padding-right:5px}
 figure{margin:12px 0 16px}
 pre{font-size:8pt}
 a{color:inherit;text-decoration:none}
 *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)css";

}  // namespace

std::string style_sheet() { return std::string{text_rules}.append(other_rules); }

}  // namespace pued

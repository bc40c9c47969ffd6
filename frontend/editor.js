// The SPARQL editor: takes the place of the form's text area, and keeps it filled in.
//
// The server parses, asks and writes the answer, so nothing of an answer passes through here.
// The editor stands in a shadow root: there CodeMirror keeps its styles in constructed style
// sheets, which a content security policy without 'unsafe-inline' allows.
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  HighlightStyle,
  StreamLanguage,
  bracketMatching,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

const WORDS = `SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK FROM NAMED WHERE PREFIX BASE GRAPH
  OPTIONAL UNION MINUS FILTER BIND VALUES EXISTS NOT IN AS GROUP BY HAVING ORDER ASC DESC LIMIT
  OFFSET UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE
  BOUND IRI COALESCE IF CONCAT SUBSTR STRLEN REPLACE UCASE LCASE CONTAINS STRSTARTS STRENDS
  STRBEFORE STRAFTER YEAR MONTH DAY REGEX isIRI isLITERAL isBLANK isNUMERIC ABS ROUND CEIL FLOOR`
  .split(/\s+/)
  .map((label) => ({ label, type: "keyword", boost: -1 }));

// Colours of the page; its custom properties reach into the shadow root.
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.standard(tags.name), color: "var(--accent)" },
  { tag: tags.string, color: "var(--warn)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.atom, color: "var(--ink)" },
  { tag: tags.local(tags.variableName), color: "color-mix(in srgb, var(--ink) 45%, #1f7fd0)" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "var(--ground)", color: "var(--ink)", fontSize: ".9rem",
         border: "1px solid var(--quiet)", borderRadius: "5px" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.5", minHeight: "20rem",
                    maxHeight: "70vh" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--stripe)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--stripe)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--accent-soft)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--sheet)", color: "var(--ink)",
                   border: "1px solid var(--rule)", borderRadius: "5px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]":
    { backgroundColor: "var(--accent)", color: "var(--accent-ink)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1rem", opacity: ".85" },
  ".cm-panels": { backgroundColor: "var(--sheet)", color: "var(--ink)" },
  ".cm-panels input, .cm-panels button": { color: "var(--ink)", backgroundColor: "var(--ground)",
    backgroundImage: "none", border: "1px solid var(--quiet)" },
});

// What CodeMirror says in its panel for searching and to screen readers.
const PHRASES = {
  ko: {
    Find: "찾기", Replace: "바꾸기", next: "다음", previous: "이전", all: "모두",
    "match case": "대소문자 구분", regexp: "정규식", "by word": "단어 단위", replace: "바꾸기",
    "replace all": "모두 바꾸기", close: "닫기", Completions: "자동 완성",
    "current match": "현재 일치", "on line": "줄", "Go to line": "줄로 이동", go: "이동",
    Diagnostics: "오류", "No diagnostics": "오류 없음",
  },
  "zh-Hans": {
    Find: "查找", Replace: "替换", next: "下一个", previous: "上一个", all: "全部",
    "match case": "区分大小写", regexp: "正则表达式", "by word": "全字匹配", replace: "替换",
    "replace all": "全部替换", close: "关闭", Completions: "补全",
    "current match": "当前匹配", "on line": "所在行", "Go to line": "转到行", go: "转到",
    Diagnostics: "错误", "No diagnostics": "没有错误",
  },
};

// Returns the place for a new PREFIX: after those that there are.
function afterPrefixes(text) {
  let end = 0;
  for (const found of text.matchAll(/^[ \t]*(?:PREFIX|BASE)\b.*$/gim)) end = found.index + found[0].length + 1;
  return Math.min(end, text.length);
}

function completionOf(term, prefixes) {
  const prefix = term.name.slice(0, term.name.indexOf(":"));
  return {
    // Found by its name and by its label in the reader's language; the name is what is written.
    label: `${term.name} ${term.label}`,
    displayLabel: term.name,
    detail: term.label,
    type: term.kind,
    boost: term.name.startsWith("md:") ? 2 : 1,
    apply(view, _completion, from, to) {
      const text = view.state.doc.toString();
      const changes = [{ from, to, insert: term.name }];
      if (!new RegExp(`PREFIX\\s+${prefix}:`, "i").test(text)) {
        const at = Math.min(afterPrefixes(text), from);
        changes.unshift({ from: at, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` });
      }
      view.dispatch({ changes, userEvent: "input.complete" });
      // The cursor stays behind the term, wherever a prefix has moved it.
      const line = changes.length > 1 ? changes[0].insert.length : 0;
      view.dispatch({ selection: { anchor: from + term.name.length + line } });
    },
  };
}

// Returns the completions for where the cursor is: terms of this graph, variables, words of SPARQL.
function completer(known) {
  const terms = known.then(({ terms, prefixes }) => terms.map((term) => completionOf(term, prefixes)));
  const declared = known.then(({ prefixes }) =>
    Object.entries(prefixes).map(([prefix, iri]) => ({ label: `PREFIX ${prefix}: <${iri}>`, type: "keyword" })),
  );
  return async (context) => {
    const line = context.matchBefore(/^\s*PREFIX\s+[\w-]*:?/i);
    if (line) {
      const from = line.from + line.text.search(/\S/);
      return { from, options: await declared, filter: true };
    }
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      names.delete(variable.text);
      return { from: variable.from, options: [...names].map((label) => ({ label, type: "variable" })) };
    }
    const word = context.matchBefore(/[\p{L}\w-]+:?[\w-]*/u);
    if (!word && !context.explicit) return null;
    return {
      from: word ? word.from : context.pos,
      options: [...(await terms), ...WORDS],
      validFor: /^[\p{L}\w:-]*$/u,
    };
  };
}

// Marks the place that the server's message names: line and column, counted from 1.
function markError(view, message) {
  const found = /line (\d+), column (\d+)/.exec(message);
  if (!found || Number(found[1]) > view.state.doc.lines) return;
  const line = view.state.doc.line(Number(found[1]));
  const from = Math.min(line.from + Number(found[2]) - 1, line.to);
  view.dispatch(
    setDiagnostics(view.state, [{ from, to: Math.max(from, line.to), severity: "error", message }]),
  );
}

function edit(area) {
  const form = area.form;
  const known = fetch(form.dataset.terms)
    .then((response) => response.json())
    .catch(() => ({ terms: [], prefixes: {} }));
  const host = document.createElement("div");
  host.className = "code";
  area.after(host);
  const root = host.attachShadow({ mode: "open" });
  const run = (view) => {
    area.value = view.state.doc.toString();
    form.requestSubmit();
    return true;
  };
  const label = form.querySelector(`label[for="${area.id}"]`);
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        EditorState.phrases.of(PHRASES[document.documentElement.lang] ?? {}),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        search({ top: true }),
        highlightSelectionMatches(),
        autocompletion({ override: [completer(known)], icons: false }),
        StreamLanguage.define(sparql),
        syntaxHighlighting(colours),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label.textContent.trim(),
          spellcheck: "false",
          tabindex: "0",
          ...(area.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}),
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        // Tab accepts a completion that is shown, else it leaves the editor as it leaves any field.
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });
  area.hidden = true;
  label.addEventListener("click", () => view.focus());
  const error = document.getElementById("error");
  if (error) markError(view, error.textContent);
}

const area = document.querySelector("textarea#query");
if (area) edit(area);

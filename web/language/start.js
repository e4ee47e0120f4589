/**
 * Runs before the workspace. Words are looked up as soon as its modules run, so the chosen catalogue comes first; English needs none and waits
 * for nothing. What cannot be had is left out, and the workspace speaks English.
 */
(function () {
  var self = document.currentScript.dataset;
  var begin = function () {
    var entry = document.createElement("script");
    entry.type = "module";
    entry.crossOrigin = "";
    entry.src = self.entry;
    document.head.append(entry);
  };
  var code;
  try { code = localStorage.getItem("steward.language"); } catch (e) { /* storage refused: English */ }
  var from = code && JSON.parse(self.words)[code];
  if (!from) return begin();
  var words = /\.json$/.test(from)
    ? fetch(from).then(function (r) { return r.ok ? r.json() : Promise.reject(r); }).then(function (all) { return function (english) { return all[english] || null; }; })
    : import(from).then(function (m) { return m.pseudo(code === "en-XB"); });
  words.then(function (say) { window.stewardWords = say; }).catch(function () {}).then(begin);
})();

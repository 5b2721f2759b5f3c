// The sections of the HTML report, each as text; html.cpp puts them together. Only for this folder.
#pragma once

#include <string>
#include <vector>

#include "agent/report/dossier.hpp"
#include "agent/report/text.hpp"

namespace pued {

std::string style_sheet();

std::string head_part(const Dossier& dossier, const Tongue& say);
std::string summary_part(const Dossier& dossier, const Tongue& say);
std::string methods_part(const Dossier& dossier, const Tongue& say);  // GB 40879 both ways
std::string verdicts_part(const Dossier& dossier, const Tongue& say);
std::string plots_part(const Dossier& dossier, const Tongue& say);
std::string months_part(const Dossier& dossier, const Tongue& say);
std::string estimates_part(const Dossier& dossier, const Tongue& say);
std::string meters_part(const Dossier& dossier, const Tongue& say);
std::string alerts_part(const Dossier& dossier, const Tongue& say);
std::string statements_part(const Dossier& dossier, const Tongue& say);
std::string events_part(const Dossier& dossier, const Tongue& say);
std::string evidence_part(const Dossier& dossier, const Tongue& say);

// "1.269 ± 0.016"; only the value where its uncertainty is unknown; "withheld" where there is no value.
std::string value_text(const std::optional<double>& value, const std::optional<double>& u, const Tongue& say);
std::string section(std::string_view title, const std::string& body);
// Cells are escaped here. A cell that begins with '#' is a number, right-aligned.
std::string table(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows,
                  std::string_view css = {});
std::string paragraph(std::string_view text, std::string_view css = {});

std::string role_text(std::string_view role, const Tongue& say);
std::string method_text(std::string_view method, const Tongue& say);

}  // namespace pued

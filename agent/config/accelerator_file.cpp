// The head of an accelerator file (vendor) and its [[accelerator]] rows.
#include "agent/config/accelerator_file.hpp"

#include "agent/config/data_row.hpp"

namespace pued {
namespace {

using data_row::text;

constexpr double most_tflops = 1e6;
constexpr double most_w = 100'000;

// "2023-11", "2023-Q4" or "2023": for people, but not just anything.
std::string launch(Table& row) {
    auto found = row.string("launch").value_or("");
    if (!found.empty() && found.find_first_not_of("0123456789-Q") != std::string::npos) {
        row.problem("launch", "launch = \"" + found + "\" is no month (expected \"2023-11\", \"2023-Q4\" or \"2023\")");
    }
    return found;
}

void read_peaks(Table table, Table& row, Accelerator& out) {
    if (!table.present()) {
        row.missing("peak", "a table such as peak = { fp16 = 148 }, dense TFLOPS (int8: TOPS)");
        return;
    }
    table.set_where(row.where() + " peak");
    bool any = false;
    for (const auto precision : all_precisions) {
        auto& peak = out.peak[static_cast<std::size_t>(precision)];
        peak = table.number(to_string(precision), 1e-3, most_tflops);
        any = any || peak;
    }
    table.finish();
    if (!any) row.problem("peak", "peak is empty (expected the dense TFLOPS of one precision or more)");
}

Accelerator read_accelerator(Table& row, const std::string& vendor) {
    Accelerator out;
    out.id = row.id("id", true).value_or("");
    row.set_where("accelerator \"" + out.id + '"');
    out.vendor = vendor;
    out.model = text(row, "model", "the vendor's name of the part");
    out.form_factor = row.string("form_factor").value_or("");
    out.rated_power_w = row.number("rated_power_w", 1, most_w);
    read_peaks(row.table("peak"), row, out);
    out.clock_hz = row.number("clock_hz", 1e6, 1e11);
    out.launch = launch(row);
    out.confidence = data_row::named(row, "confidence", all_gradings, Grading::low);
    out.evidence = text(row, "evidence", "which numbers were read and which are from memory");
    out.conflicts = row.string("conflicts").value_or("");
    out.source = data_row::sources(row);
    out.note = row.string("note").value_or("");
    row.finish();
    return out;
}

struct Reader {
    static std::string head(Table& root) { return text(root, "vendor", "the maker of the accelerators of this file"); }
    static Accelerator row(Table& table, const std::string& vendor) { return read_accelerator(table, vendor); }
};

}  // namespace

std::vector<Accelerator> load_accelerators(const std::vector<std::string>& files, Problems& problems) {
    return data_row::load<Accelerator>(files, "accelerator", problems, Reader{});
}

}  // namespace pued
